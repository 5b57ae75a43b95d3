FROM python:3.13.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
# What the project needs changes seldom and comes first, so that an edit of ours does not install it anew.
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/emscher \
 && /opt/emscher/bin/pip install --require-hashes -r requirements.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY emscher emscher
COPY ingest ingest
COPY processing processing
COPY api api
COPY dashboards dashboards
COPY simulators simulators
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /build/wheel . \
 && /opt/emscher/bin/pip install --no-deps --no-index /build/wheel/*.whl

FROM python:3.13.11-slim
ENV PATH=/opt/emscher/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin emscher
COPY --from=build /opt/emscher /opt/emscher
USER 10001
WORKDIR /tmp
CMD ["emscher", "--help"]
