// https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions#graphql-over-websocket-protocol-via-graphql-ws
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

const schema = createSchema({
  typeDefs: 'type Query { hello: String } type Subscription { countdown(from: Int!): Int! }',
  resolvers: {
    Query: { hello: () => 'world' },
    Subscription: {
      countdown: {
        async *subscribe(_, { from }) {
          for (let countdown = from; countdown >= 0; countdown -= 1) {
            await new Promise((resolve) => setTimeout(resolve, 300));
            yield { countdown };
          }
        },
      },
    },
  },
});
const yoga = createYoga({ schema });
const httpServer = createServer(yoga);
useServer({ schema }, new WebSocketServer({ server: httpServer, path: yoga.graphqlEndpoint }));
httpServer.listen(4000);
