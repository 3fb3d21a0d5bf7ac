// Package boltstore may have the database.
package boltstore

import _ "go.etcd.io/bbolt"
