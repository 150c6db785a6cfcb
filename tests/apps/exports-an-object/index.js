module.exports = { routes: [] };
