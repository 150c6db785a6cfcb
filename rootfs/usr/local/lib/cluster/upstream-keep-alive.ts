// How long idle connections are kept between nginx and the workers. The side that sends requests has to be the one that
// closes: a request that meets a closing connection is lost, and if it is a POST, nginx may not send it again.

/** By nginx. A new one costs 60 µs of CPU time (256 at once, every 1.2 s, against kept ones): once a second, nothing. */
export const nginxKeepsMs = 1000;

/** By a worker: longer than any proxy in front of it, such as one by a user's own nginx.conf (60 s by default). */
export const workerKeepsMs = 75_000;
