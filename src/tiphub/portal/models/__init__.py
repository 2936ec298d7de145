"""The models that a release's hub declared: fitted once, told in a language, drawn, and as files."""
