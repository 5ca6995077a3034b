"""The script that everybody writes: a network in a global, Flask in front, JSON or a JPEG in and JSON out.

gunicorn -w 2 --threads 4 flask_app:app, with MODEL and SHAPE ("1,64") in the environment.
"""
import os
import threading

import cv2
import numpy
from flask import Flask, jsonify, request

app = Flask(__name__)
cv2.setNumThreads(1)
network = cv2.dnn.readNetFromONNX(os.environ["MODEL"])
shape = [int(extent) for extent in os.environ["SHAPE"].split(",")]
lock = threading.Lock()  # a network serves one caller at a time


def sent():
    if request.mimetype == "image/jpeg":
        picture = cv2.imdecode(numpy.frombuffer(request.get_data(), numpy.uint8), cv2.IMREAD_COLOR)
        return cv2.dnn.blobFromImage(picture, 1 / 255, (shape[3], shape[2]), swapRB=True)
    return numpy.asarray(request.get_json()["input"], dtype=numpy.float32).reshape(shape)


@app.post("/predict")
def predict():
    values = sent()
    with lock:
        network.setInput(values)
        prediction = network.forward().tolist()
    return jsonify({"prediction": prediction})
