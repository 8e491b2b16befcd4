// An Apollo client, as its documentation has it: a normalised cache and pages that are put together.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { relayStylePagination } from '@apollo/client/utilities';

const [uri] = process.argv.slice(2);
const cache = new InMemoryCache({
  typePolicies: { Query: { fields: { news: relayStylePagination(['municipality']) } } },
});
const client = new ApolloClient({ cache, link: new HttpLink({ uri }) });

const PAGE = gql`
  query Page($after: String) {
    news(first: 2, after: $after, municipality: "100704") {
      edges { node { id title municipality { id name } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const AGAIN = gql`
  query Again($id: ID!) { node(id: $id) { id ... on NewsItem { title lead } } }
`;

const watched = client.watchQuery({ query: PAGE });
const following = watched.subscribe(() => {});
let page = (await client.query({ query: PAGE })).data.news;
while (page.pageInfo.hasNextPage) {
  page = (await watched.fetchMore({ variables: { after: page.pageInfo.endCursor } })).data.news;
}
const together = client.readQuery({ query: PAGE }).news;
await client.query({ query: AGAIN, variables: { id: together.edges[0].node.id } });
following.unsubscribe();

const kept = cache.extract();
const first = kept[`NewsItem:${together.edges[0].node.id}`];
console.log(
  JSON.stringify({
    titles: together.edges.map((edge) => edge.node.title),
    objects: Object.keys(kept).map((key) => key.split(':')[0]).sort(),
    first: Object.keys(first).sort(),
  }),
);
