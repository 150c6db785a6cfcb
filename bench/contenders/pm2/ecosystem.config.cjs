module.exports = {
  apps: [
    {
      name: 'app',
      script: 'server.js',
      instances: 'max',
      exec_mode: 'cluster',
      env: { NODE_ENV: 'production', PORT: Number(process.env.PORT) + 1000 },
    },
  ],
};
