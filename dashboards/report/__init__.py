"""The council's report: figures beside targets, written as HTML, CSV and JSON, frozen once a quarter."""
