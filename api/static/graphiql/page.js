'use strict';
const welcome = `# Wspólna Przestrzeń: najnowsze aktualności / the latest news
{
  news(first: 5) {
    totalCount
    nodes {
      title
      publishedOn
      tags
      municipality { name terc }
    }
  }
}
`;
const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  wsClient: graphqlWs.createClient({
    url: location.origin.replace(/^http/, 'ws') + '/graphql',
  }),
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: welcome, shouldPersistHeaders: false }),
);
