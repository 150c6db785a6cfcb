-- wrk's script: every answer's status and body are checked.
-- Arguments: "is" or "matches"; a file with the body that is right, or with a pattern of Lua's that it matches; how many
-- bytes to POST (0: GET). Prints a JSON document.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local how, file, post = arguments[1], arguments[2], tonumber(arguments[3])
  local handle = assert(io.open(file, "rb"))
  local right = handle:read("*a")
  handle:close()
  wrong = 0
  example = ""
  if post > 0 then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/octet-stream"
    wrk.body = string.rep("x", post)
  end
  if how == "is" then
    isRight = function(body) return body == right end
  else
    isRight = function(body) return string.find(body, right) ~= nil end
  end
end

function response(status, headers, body)
  if status ~= 200 or not isRight(body) then
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
