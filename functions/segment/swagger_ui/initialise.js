// Starts Swagger UI. A file of its own, so that the page needs no inline script.
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    layout: "BaseLayout",
    deepLinking: true,
    validatorUrl: null, // the schema is not sent to anyone's validator
  });
});
