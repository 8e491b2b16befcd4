// What a component of a Relay application would declare: read by relay-compiler alone.
import { graphql } from 'relay-runtime';

export const query = graphql`
  query TownQuery($terc: String!) {
    municipality(terc: $terc) {
      ...Town_news
    }
  }
`;

export const paged = graphql`
  fragment Town_news on Municipality
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 2 }
    cursor: { type: "String" }
    countBefore: { type: "Int" }
    cursorBefore: { type: "String" }
  )
  @refetchable(queryName: "TownNewsQuery") {
    name
    news(first: $count, after: $cursor, last: $countBefore, before: $cursorBefore)
      @connection(key: "Town_news") {
      edges {
        node {
          ...Town_item
        }
      }
    }
  }
`;

export const refetched = graphql`
  fragment Town_item on NewsItem @refetchable(queryName: "TownItemQuery") {
    title
    municipality {
      name
    }
  }
`;
