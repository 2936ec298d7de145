// Leave at once: replace this page, so that the back button does not return to it. Without this the link works too.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-exit]");
  if (link) {
    event.preventDefault();
    location.replace(link.href);
  }
});
