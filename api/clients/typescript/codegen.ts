import type { CodegenConfig } from '@graphql-codegen/cli';

// Types of every document in src/, made of the schema's SDL. `npm run build` makes them anew.
const config: CodegenConfig = {
  schema: '../../graphql/schema.graphql',
  documents: 'src/*.ts',
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        defaultScalarType: 'unknown',
        scalars: {
          Date: 'string', // 2025-08-13
          DateTime: 'string', // 2025-08-13T07:30:00.000000Z
          Grosze: 'number', // 1/100 PLN, below 2⁵³
          Position: 'number',
          UUID: 'string',
        },
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.js',
      },
    },
  },
};

export default config;
