"""Small TensorFlow graphs and Torch7 networks as everyday exporters write them, each with numpy's values for its feeds.

    networks()    name -> Network, whose file is NAME.ENDING; each TensorFlow graph with its extents fixed, with a free batch and all free
"""
from foreign_kit import networks  # noqa: F401
import tensorflow_layers  # noqa: F401, each module adds its networks to the table
import tensorflow_variants  # noqa: F401
import torch_modules  # noqa: F401
