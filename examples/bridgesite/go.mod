module example.org/bridgesite

go 1.26.0

require netpatrol v0.0.0

replace netpatrol => ../..
