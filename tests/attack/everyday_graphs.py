"""Small networks as everyday exporters write them: valid, a few nodes each, with fixed and with free extents.

    graphs()    name -> (model, feeds); `feeds` are lists of arrays by input name that the model must take
    expected()  name -> what numpy makes of the arrays of one feed, in their order; for the graphs where that is easy
"""
from everyday_kit import expected, graphs  # noqa: F401
import everyday_layers  # noqa: F401, each module adds its graphs to the table
import everyday_variants  # noqa: F401
