const response = await fetch('/api/hello');
document.querySelector('#answer').textContent = await response.text();
