-- wrk's script: checks the status and the body of every response, and prints a report as JSON.
-- Arguments: "equals" or "matches"; a file with the expected body, or with a Lua pattern for it; how many bytes to POST
-- (0: GET).
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local mode, file, post = arguments[1], arguments[2], tonumber(arguments[3])
  local handle = assert(io.open(file, "rb"))
  local expected = handle:read("*a")
  handle:close()
  wrong = 0
  example = ""
  if post > 0 then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/octet-stream"
    wrk.body = string.rep("x", post)
  end
  if mode == "equals" then
    isExpected = function(body) return body == expected end
  else
    isExpected = function(body) return string.find(body, expected) ~= nil end
  end
end

function response(status, headers, body)
  if status ~= 200 or not isExpected(body) then
    wrong = wrong + 1
    if example == "" then example = status .. " " .. string.sub(body, 1, 100) end
  end
end

function done(summary, latency)
  local wrong, example = 0, ""
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("wrong")
    if example == "" then example = thread:get("example") end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"wrong":%d,"failed":%d,"p50Ms":%.3f,"p99Ms":%.3f,"example":"%s"}\n',
    summary.requests, summary.duration / 1e6, wrong,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    (string.gsub(example, '[^%w <>.,:/-]', "."))))
end
