// Package yard has a test that does not build.
package yard

func Enter(n int) bool {
	if n < 0 { // promise 8
		return false
	}
	return true
}
