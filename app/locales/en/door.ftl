# The door's pages. Refusals stand in errors.ftl.
