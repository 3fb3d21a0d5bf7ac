// Package bank keeps promises well and badly.
package bank

import "errors"

var errRefused = errors.New("refused")

func lookup(n int) (bool, error) { return n < 0, nil }

func Pay(n int) error {
	if bad, err := lookup(n); err != nil || bad { // promise 1
		return errRefused
	}
	if n > 100 { // promise 2
		return errRefused
	}
	if n == 7 { // promise 3
		return errRefused
	}
	return nil
}

func Quick(n int) error {
	if n == 13 { // promise 5
		return errRefused
	}
	// promise 6
	return nil
}
