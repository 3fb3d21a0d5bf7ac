module town

go 1.26.0
