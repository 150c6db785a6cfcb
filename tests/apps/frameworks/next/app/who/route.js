// Next has no request.ip: its server tells the client and the protocol in X-Forwarded headers.
export async function GET(request) {
  return Response.json({
    worker: process.env.NODE_APP_INSTANCE,
    pid: process.pid,
    ip: request.headers.get('x-forwarded-for'),
    protocol: request.headers.get('x-forwarded-proto'),
    requestId: request.headers.get('x-request-id'),
  });
}
