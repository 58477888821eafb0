# The service with the shipped model: no torch, not root, nothing written but /data and /tmp.
# Build: docker build -t insight .    Run: docker run --read-only --tmpfs /tmp -v insight:/data -p 8000:8000 insight
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends binutils
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY insight_classifier insight_classifier
COPY training training
COPY service service
COPY models models
RUN python -m venv --without-pip /opt/insight
RUN pip --python /opt/insight install --no-cache-dir -c constraints.txt '.[service,postgres,telemetry]'
# These download models, build packages and, openvino-telemetry, call home whenever OpenVINO is imported: nothing here needs them.
RUN pip --python /opt/insight uninstall --yes huggingface-hub hf-xet setuptools openvino-telemetry
# Debugging symbols, parts for other processors and other model formats, and packages' own tests: 300 MB that nothing here loads.
RUN cd /opt/insight/lib/python3.11/site-packages \
    && find spacy thinc blis preshed cymem murmurhash srsly sqlalchemy -name '*.so' -exec strip --strip-debug '{}' + \
    && rm -rf openvino/include openvino/libs/cache.json openvino/libs/*intel_gpu* openvino/libs/*intel_npu* \
    && rm -rf openvino/libs/*tensorflow* openvino/libs/*pytorch* openvino/libs/*paddle* openvino/libs/*gguf* openvino/libs/*jax* \
    && rm -rf pyarrow/include pyarrow/*flight* pyarrow/*s3* pyarrow/lib*.so.*.*.* pyarrow/libarrow_python*.so \
    && find . -type d -name tests -prune -exec rm -rf '{}' +

FROM python:3.11-slim
COPY --from=build /opt/insight /opt/insight
RUN install -d -o 10001 -g 10001 /data
ENV PATH=/opt/insight/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 INSIGHT_DATABASE=sqlite:////data/insight.db
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"INSIGHT_PORT\") or 8000}/livez', timeout=2)"]
CMD ["insight", "serve", "--host", "0.0.0.0"]
