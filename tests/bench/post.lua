-- post.lua -- wrk: the same SOAP request again and again; counts what was no 200.
local body, path, auth

function init(args)
	local f = io.open(args[1], "rb")
	body = f:read("*a")
	f:close()
	wrk.method = "POST"
	wrk.body = body
	wrk.headers["Authorization"] = args[2]
	wrk.headers["Content-Type"] = "text/xml; charset=utf-8"
	wrk.headers["SOAPAction"] =
	    '"http://schemas.microsoft.com/sharepoint/soap/GetListItemChangesSinceToken"'
end

function done(summary, latency, requests)
	io.write(string.format("RESULT %.3f %d %d %d\n", summary.requests / (summary.duration / 1e6),
	    summary.requests, summary.errors.status,
	    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
