// What the browser shows in dev mode while no version of the app answers.

/** @param problem why there is none, or undefined while one is starting */
export function renderDevPage(problem: string | undefined): string {
  const [title, text] =
    problem === undefined ? ['Starting', 'The app is starting.'] : ['The app does not start', problem];
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="refresh" content="1">
  <title>${title}</title>
  <style>
    body { font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 10vh auto; padding: 0 1.5rem; }
    pre { white-space: pre-wrap; background: #fbeaea; color: #3b1010; padding: 1rem 1.2rem; border-radius: .5rem; }
  </style>
</head>
<body>
  <h1>${title}</h1>
  <pre>${escapeHtml(text)}</pre>
  <p>This page is from dev mode, and reloads by itself when a file is saved. The terminal shows the whole output.</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
