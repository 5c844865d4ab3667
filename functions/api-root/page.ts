const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Storeworks API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/page.js"></script>
</body>
</html>
`;

/** Starts Swagger UI. A separate file, because the content security policy forbids inline scripts. */
const script = `SwaggerUIBundle({ url: '/openapi.json', domNode: document.getElementById('page'), deepLinking: true });
`;

const policy = (tokenUrl: string | undefined) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${tokenUrl ? ` ${new URL(tokenUrl).origin}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const common = { 'referrer-policy': 'no-referrer' };

/** The documentation page. Its policy allows scripts from this origin, and calls to this API and the token endpoint. */
export const pageResponse = (tokenUrl: string | undefined) => ({
  status: 200,
  contentType: 'text/html; charset=utf-8',
  headers: { ...common, 'content-security-policy': policy(tokenUrl), 'cache-control': 'no-cache' },
  body: html,
});

const contentTypes = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
};

/** Whether this is the name of a file of the page. Other names are not read from the disk. */
export const isPageFile = (name: string): name is keyof typeof contentTypes => Object.hasOwn(contentTypes, name);

/** A file of the page; `read` returns the text of a file beside the function's bundle. */
export const pageFileResponse = (name: keyof typeof contentTypes, read: (name: string) => string) => ({
  status: 200,
  contentType: contentTypes[name],
  headers: { ...common, 'cache-control': 'public, max-age=3600' },
  body: name === 'page.js' ? script : read(name),
});
