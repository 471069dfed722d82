# The web app in a container: docker build -t rowid . && docker run -p 8501:8501 -v rowid-state:/state rowid
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE CHANGELOG.md constraints.txt streamlit_app.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY rowid rowid
RUN python -m venv /opt/rowid && /opt/rowid/bin/pip install --no-cache-dir --constraint constraints.txt ".[app,fast]"

FROM python:3.11-slim
COPY --from=build /opt/rowid /opt/rowid
RUN useradd --create-home rowid && mkdir /state && chown rowid /state
USER rowid
ENV PATH=/opt/rowid/bin:$PATH ROWID_STATE_DIR=/state ROWID_HOST=0.0.0.0 ROWID_LOG_FORMAT=json
VOLUME /state
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["rowid", "app"]
