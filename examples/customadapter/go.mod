module example.org/customadapter

go 1.26.0

require netpatrol v0.0.0

require go.uber.org/goleak v1.3.0 // indirect

replace netpatrol => ../..
