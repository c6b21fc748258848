# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/directpay/venv
ENV PATH=/opt/directpay/venv/bin:$PATH
WORKDIR /opt/directpay/app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
# A key of the build's own: none is needed to collect files, and none is kept.
RUN SECRET_KEY=build DIRECTPAY_HOME=/opt/directpay/home python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q directpay ledger payments leases webhooks

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /opt/directpay/home directpay
COPY --from=build /opt/directpay/venv /opt/directpay/venv
COPY --from=build /opt/directpay/app /opt/directpay/app
COPY --from=build --chown=directpay /opt/directpay/home /opt/directpay/home
ENV PATH=/opt/directpay/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DIRECTPAY_HOME=/opt/directpay/home
ARG REVISION=
ENV DIRECTPAY_REVISION=$REVISION
WORKDIR /opt/directpay/app
USER directpay
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["python", "manage.py", "healthcheck", "web"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "6", \
     "--respawn-failed-workers", "--no-ws", "directpay.wsgi:application"]
