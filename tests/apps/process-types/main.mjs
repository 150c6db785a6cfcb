throw new Error('the web line of Procfile goes before usual names');
