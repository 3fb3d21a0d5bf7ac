module example.org/custombot

go 1.26.0

require netpatrol v0.0.0

require (
	github.com/goccy/go-yaml v1.19.2 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.44.0 // indirect
)

replace netpatrol => ../..
