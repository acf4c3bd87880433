"""What the endpoint refuses, in the service's statuses, codes and words."""

_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "RequestTimeout",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    424: "FailedDependency",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


class CosmosError(Exception):
    """A request that is answered with ``status``; ``substatus`` goes into ``x-ms-substatus``."""

    def __init__(self, status: int, message: str, substatus: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.substatus = substatus

    @property
    def code(self) -> str:
        return _CODES.get(self.status, "BadRequest")


def bad_request(message: str, substatus: int = 0) -> CosmosError:
    return CosmosError(400, message, substatus)


def not_found(message: str = "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found") -> CosmosError:
    return CosmosError(404, message)


def conflict(message: str = "Entity with the specified id already exists in the system.") -> CosmosError:
    return CosmosError(409, message)


def precondition_failed() -> CosmosError:
    return CosmosError(
        412,
        "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed",
    )


def too_large(message: str = "Request size is too large") -> CosmosError:
    return CosmosError(413, message)


def unauthorized() -> CosmosError:
    return CosmosError(
        401,
        "The input authorization token can't serve the request. The wrong key is being used or the expected payload "
        "is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized.",
    )
