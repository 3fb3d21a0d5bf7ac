package sandbox

import "net/http"

func (m *Microblog) pageRoutes() http.Handler { return http.NotFoundHandler() }
