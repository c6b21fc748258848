def shell(request):  # noqa: ANN001, ANN201
    return {}
