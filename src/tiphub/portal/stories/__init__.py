"""Stories: texts whose every number is a finding of the release that is being served."""
