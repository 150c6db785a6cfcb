// https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#basic-configuration-example
import * as oidc from 'oidc-provider';

const provider = new oidc.Provider('http://127.0.0.1:8080', {
  clients: [
    {
      client_id: 'foo',
      client_secret: 'bar',
      redirect_uris: ['http://127.0.0.1:8080/cb'],
      grant_types: ['client_credentials', 'authorization_code'],
    },
  ],
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true } },
});
provider.proxy = true;
provider.listen(3000);
