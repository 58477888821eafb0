# The service with the shipped model: no torch, one process, not root.
FROM python:3.11-slim
RUN useradd --create-home insight
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY insight_classifier insight_classifier
COPY training training
COPY service service
COPY models models
RUN pip install --no-cache-dir -c constraints.txt '.[service,postgres]'
RUN install -d -o insight /data
ENV INSIGHT_DATABASE=sqlite:////data/insight.db
VOLUME /data
USER insight
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["insight", "serve", "--host", "0.0.0.0"]
