# One image for web, scheduler and predictions. It asks no registry: `make build DOCKER=1` brings the wheels.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS built
COPY .run/wheels /wheels
RUN python3 -m venv /opt/blockwright \
 && /opt/blockwright/bin/pip install --quiet --no-cache-dir --no-index --find-links /wheels --no-deps /wheels/*.whl

FROM ${BASE}
COPY --from=built /opt/blockwright /opt/blockwright
# Whoever it runs as (compose says: the owner of the project's folder) writes into /data.
RUN mkdir -p /data /projects && chmod 1777 /data
ENV PATH=/opt/blockwright/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    BLOCKWRIGHT_DATA_DIR=/data
USER 10001:10001
WORKDIR /projects
EXPOSE 6789 5000
CMD ["blockwright", "start", "/projects", "--host", "0.0.0.0"]
