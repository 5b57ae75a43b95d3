"""The store: connections, migrations, named queries and the binary COPY codec."""
