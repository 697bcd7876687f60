"""Orders over HTTP."""

from django.db import transaction
from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from shop.models import Order
from shop.tasks import write_receipt


@csrf_exempt
@require_POST
@transaction.atomic
def orders(request: HttpRequest) -> JsonResponse | HttpResponseBadRequest:
    """Take an order; the task is sent when the order is in the database, where the worker will look for it."""
    if not (item := request.POST.get("item")):
        return HttpResponseBadRequest("item is missing")
    order = Order.objects.create(item=item)
    write_receipt.delay_on_commit(order.pk)
    return JsonResponse({"order": order.pk}, status=202)


@require_GET
def order(request: HttpRequest, number: int) -> JsonResponse:
    """An order, with its receipt if there is one."""
    found = get_object_or_404(Order, pk=number)
    return JsonResponse({"order": found.pk, "item": found.item, "receipt": found.receipt or None})
