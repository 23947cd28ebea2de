// Shows the OpenAPI document; requests tried here go out as the reader, so they carry the CSRF token.
const place = document.querySelector("[data-api-docs]");
const unsafe = (request) => !["GET", "HEAD", "OPTIONS"].includes((request.method ?? "GET").toUpperCase());

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor(request) {
    const own = new URL(request.url, document.baseURI).origin === window.location.origin;
    if (own && unsafe(request)) request.headers["X-CSRFToken"] = place.dataset.csrf;
    return request;
  },
});
