import {
  Client,
  type CombinedError,
  fetchExchange,
  type OperationContext,
  subscriptionExchange,
} from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';

export type Connection = {
  client: Client;
  socket: SocketClient;
  /** For a query's context: its answer waits until it reflects a position that a mutation told. */
  atLeast: (position?: number) => Partial<OperationContext>;
};

/** `address`: such as http://127.0.0.1:8000. `token`: an access token; without one, one is the public. */
export function connect(address: string, token?: string): Connection {
  const authorization: Record<string, string> =
    token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const headers = { ...authorization, 'Accept-Language': 'en' };
  const socket = createClient({
    url: `${address.replace(/^http/, 'ws')}/graphql`,
    connectionParams: authorization,
    webSocketImpl: WebSocket, // a browser and Node 22 have their own
    lazy: true,
  });
  const client = new Client({
    url: `${address}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ ...operation, query: operation.query ?? '' }, sink),
          }),
        }),
      }),
    ],
  });
  const atLeast = (position?: number) =>
    position === undefined
      ? {}
      : { fetchOptions: { headers: { ...headers, 'Wspolna-At-Least': String(position) } } };
  return { client, socket, atLeast };
}

/** What was answered, or the refusal with its code: a field error such as `invalid_cursor`, or the network's. */
export function answered<T>(result: { data?: T | undefined; error?: CombinedError | undefined }): T {
  if (result.error !== undefined) {
    const [first] = result.error.graphQLErrors;
    throw new Refused(String(first?.extensions['code'] ?? 'network'), result.error.message);
  }
  if (result.data === undefined) throw new Refused('network', 'no answer');
  return result.data;
}

export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
