// Package cmd goes past the API.
package cmd

import _ "netpatrol/internal/store/boltstore" // want import
