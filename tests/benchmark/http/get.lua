-- wrk: plain GET, the same report as post.lua.
done = function(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %f %f %f %d", summary.requests / (summary.duration / 1e6), latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
