-- wrk: posts the file BODY as CONTENT_TYPE, its first JSON_LENGTH bytes being the JSON before binary tensors, and prints what compare.py reads.
wrk.method = "POST"
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = os.getenv("CONTENT_TYPE") or "application/json"
if os.getenv("JSON_LENGTH") then
  wrk.headers["Inference-Header-Content-Length"] = os.getenv("JSON_LENGTH")
end

local function report(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %f %f %f %d", summary.requests / (summary.duration / 1e6), latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
done = report
