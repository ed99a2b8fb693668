"""The one shared data model: frozen shapes that API, files, reports and pages all read."""
