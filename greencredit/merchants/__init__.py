"""Who accepts credits and what do they sell? Merchants, stores, products (入驻商家, 门店, 商品)."""
