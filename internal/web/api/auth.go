package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// who finds the officer behind a request. Volunteers have a form in the browser and nothing here.
func (a *API) who(r *http.Request) (*record.Officer, error) {
	o, err := a.signedIn(r)
	if err != nil {
		return nil, err
	}
	if o.OnlyVolunteer() { // promise 2
		return nil, &Error{Status: http.StatusForbidden, Code: "role", Message: "volunteers send tips by the form in their browser, and nothing here is theirs"}
	}
	return o, nil
}

// signedIn finds who is signed in. A token that is given must be good; it is never replaced by
// the socket's peer.
func (a *API) signedIn(r *http.Request) (*record.Officer, error) {
	if token, ok := bearer(r); ok {
		o, err := a.door.ByToken(r.Context(), token)
		return o, said(err, "this sign-in has lapsed or was ended: sign in again")
	}
	uid, ok := signin.PeerUID(r.Context())
	if !ok {
		return nil, errNobody
	}
	o, err := a.door.ByUID(r.Context(), uid)
	if errors.Is(err, signin.ErrDenied) {
		return nil, errNobody
	}
	return o, err
}

var errNobody = errors.New("no officer is signed in: run `netpatrol login`, or map your unix user to one officer in the configuration (uid)")

func bearer(r *http.Request) (string, bool) {
	h := r.Header.Get("Authorization")
	if h == "" {
		return "", false
	}
	return strings.TrimPrefix(h, "Bearer "), true
}

// LoginRequest is the body of POST /api/v1/login: a name and a password, or a one-time code.
type LoginRequest struct {
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
	Code     string `json:"code,omitempty"`
}

// Login is the answer: a bearer token for one officer.
type Login struct {
	Token   string    `json:"token"`
	Officer string    `json:"officer"`
	Expires time.Time `json:"expires"` // at the latest; earlier when unused
}

func (a *API) login(c call) (any, error) {
	var in LoginRequest
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	o, err := a.signIn(c, in)
	if err != nil {
		return nil, err
	}
	token, ends, err := a.door.IssueToken(c.Context(), o)
	if err != nil {
		return nil, err
	}
	return Login{Token: token, Officer: o.ID, Expires: ends}, nil
}

func (a *API) signIn(c call, in LoginRequest) (*record.Officer, error) {
	if in.Code != "" {
		o, err := a.door.ByCode(c.Context(), in.Code)
		return o, said(err, "the one-time code is wrong, was used already or has lapsed")
	}
	return a.door.ByPassword(c.Context(), in.Name, in.Password)
}

// said tells of a refusal in words that fit what was shown: a token, a code. It gives away
// no more than that it was refused.
func said(err error, words string) error {
	if errors.Is(err, signin.ErrDenied) {
		return newFault(http.StatusUnauthorized, "denied", words)
	}
	return err
}

func (a *API) logout(c call) (any, error) {
	if token, ok := bearer(c.Request); ok {
		if err := a.door.RevokeToken(c.Context(), token); err != nil {
			return nil, err
		}
	}
	return struct{}{}, nil
}

// Whoami says who the API takes the caller for.
type Whoami struct {
	ID    string        `json:"id"`
	Name  string        `json:"name"`
	Roles []record.Role `json:"roles"`
}

func (a *API) whoami(c call) (any, error) {
	return Whoami{ID: c.officer.ID, Name: c.officer.Name, Roles: c.officer.Roles}, nil
}
