// Package bbolt stands for the database.
package bbolt

// DB is one.
type DB struct{}
