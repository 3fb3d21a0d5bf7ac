// Package match stands alone.
package match
