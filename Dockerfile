# Munasara in a container: no root, and nothing to write to but /data, /keys and /tmp.
#
#   docker build -t munasara .
#   docker run --rm munasara rehearse

FROM python:3.12-slim-bookworm AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/munasara \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy
WORKDIR /src
COPY .ci/uv.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r uv.txt
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY content content
COPY channels channels
COPY schedules schedules
COPY bot bot
RUN uv sync --locked --no-dev --no-editable

FROM python:3.12-slim-bookworm
# libfribidi0 lets Pillow order and join Arabic letters; ffmpeg prepares videos.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg libfribidi0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data munasara \
    && install -d -o munasara -g munasara -m 0700 /data /keys
COPY --from=build /opt/munasara /opt/munasara
ENV PATH=/opt/munasara/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MUNASARA_HOME=/data \
    MUNASARA_KEY=/keys/munasara.key \
    MUNASARA_HTTP=127.0.0.1:8080
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/keys"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://' + os.environ['MUNASARA_HTTP'] + '/health', timeout=3)"]
ENTRYPOINT ["munasara"]
CMD ["run", "--init"]
