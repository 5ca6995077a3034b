"""The script that everybody writes: a network in a global, Flask in front, JSON in and out.

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


@app.post("/predict")
def predict():
    values = numpy.asarray(request.get_json()["input"], dtype=numpy.float32).reshape(shape)
    with lock:
        network.setInput(values)
        prediction = network.forward().tolist()
    return jsonify({"prediction": prediction})
